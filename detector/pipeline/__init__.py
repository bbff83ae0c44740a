"""The whole pass: articles in, labelled and explained clusters out."""

from detector.pipeline.detector import Detector

__all__ = ["Detector"]
