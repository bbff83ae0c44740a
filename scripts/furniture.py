"""What stands round an article on a crawled Vietnamese page; every outlet is invented."""

from __future__ import annotations

import random
from collections.abc import Sequence

HEADLINE_STARTS = ("Nóng", "Mới nhất", "Cập nhật", "Video", "Ảnh", "Tin nhanh")

OUTLETS = (
    ("Báo Sông Hậu Ngày Nay", "songhaungaynay.vn"),
    ("Tạp chí Đô Thị Xanh", "dothixanh.com.vn"),
    ("Thời Báo Cao Nguyên", "thoibaocaonguyen.vn"),
    ("Tin Sớm 24", "tinsom24.net"),
    ("Đời Sống Miền Trung", "doisongmientrung.vn"),
    ("Báo Người Ven Biển", "nguoivenbien.com.vn"),
    ("Kinh Tế Trẻ", "kinhtetre.vn"),
    ("Nhịp Sống Đồng Bằng", "nhipsongdongbang.vn"),
)

_MENUS = (
    ("Trang chủ", "Thời sự", "Thế giới", "Kinh tế", "Pháp luật", "Giáo dục", "Thể thao"),
    ("Trang chủ > Tin tức > Trong nước",),
    ("Đăng nhập", "Đăng ký", "Đường dây nóng: 0900 000 000", "Tìm kiếm"),
    ("MỚI NHẤT", "TIN NÓNG", "MULTIMEDIA"),
)
_DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_BUTTONS = (
    ("Chia sẻ", "Facebook", "Zalo", "Sao chép liên kết"),
    ("In bài viết", "Cỡ chữ: A- A A+", "Gửi email"),
    ("Nghe đọc bài", "0:00"),
    ("Theo dõi chúng tôi trên Google News",),
)
_RELATED = (
    "Tin liên quan",
    "Đọc thêm",
    "Có thể bạn quan tâm",
    "TIN CÙNG CHUYÊN MỤC",
    "Xem thêm:",
    "Bài đọc nhiều",
)
_COMMENTS = (
    ("Ý kiến bạn đọc", "Gửi bình luận", "Hiện chưa có bình luận nào, hãy là người đầu tiên."),
    ("Bình luận (0)", "Vui lòng nhập tiếng Việt có dấu", "Gửi"),
)
_REPORTERS = ("Minh An", "H.T", "Thanh Vy", "Q.Bảo", "Nhóm PV", "Khánh Ngân", "PV", "T.Lâm")


def head(draw: random.Random) -> tuple[str, ...]:
    """Lines above an article: menu, date, buttons."""
    lines: list[str] = list(draw.choice(_MENUS))
    day, month = draw.randint(1, 28), draw.randint(1, 12)
    hour = f"{draw.randint(5, 22):02}:{draw.randint(0, 59):02}"
    lines.append(f"{draw.choice(_DAYS)}, {day:02}/{month:02}/2022 {hour} (GMT+7)")
    if draw.random() < 0.5:
        lines += draw.choice(_BUTTONS)
    return tuple(lines)


def tail(draw: random.Random, headlines: Sequence[str]) -> tuple[str, ...]:
    """Lines below an article: tags, buttons, related links, comments, imprint."""
    lines: list[str] = []
    if draw.random() < 0.5:
        lines.append("Từ khóa: " + ", ".join(h.split(":")[0][:24] for h in headlines[:3]))
    if draw.random() < 0.5:
        lines += draw.choice(_BUTTONS)
    if draw.random() < 0.8:
        lines += related(draw, headlines)
    if draw.random() < 0.4:
        lines += draw.choice(_COMMENTS)
    if draw.random() < 0.6:
        name, domain = draw.choice(OUTLETS)
        lines += [
            f"© Bản quyền thuộc về {name}",
            f"Giấy phép số {draw.randint(10, 600)}/GP-BTTTT. Email: toasoan@{domain}",
        ]
    return tuple(lines)


def related(draw: random.Random, headlines: Sequence[str]) -> list[str]:
    """A heading and a few other headlines, some twice and with a cut teaser."""
    lines = [draw.choice(_RELATED)]
    for headline in draw.sample(list(headlines), min(len(headlines), draw.randint(2, 6))):
        lines.append(headline)
        if draw.random() < 0.3:
            lines += [headline, " ".join(headline.split()[:9]) + " ..."]
    return lines


def credit(draw: random.Random) -> str:
    """The line that says where a copy was taken from, or who wrote it."""
    name, domain = draw.choice(OUTLETS)
    reporter = draw.choice(_REPORTERS)
    return draw.choice(
        [
            f"Theo {name}",
            f"(Theo {name})",
            f"Nguồn: {name}",
            f"Theo {reporter}/{domain}",
            f"{reporter} (Theo {name})",
            f"Nguồn: https://{domain}/tin-{draw.randint(10**5, 10**6)}.html",
            f"Tin, ảnh: {reporter}",
            reporter,
        ]
    )
