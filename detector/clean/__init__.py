"""Labels the segments of a crawled page: what is the article, and what stands round it."""

from detector.clean.furniture import LineCounter, Recurring
from detector.clean.segments import body_spans, clean, title_of

__all__ = ["LineCounter", "Recurring", "body_spans", "clean", "title_of"]
