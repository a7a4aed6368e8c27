"""Nobody can be reached by what a note says, and nobody is stopped for a size, a price or a year."""

from __future__ import annotations

import time

import pytest

from storefront.partners.contact_details import contact_details

CARRIES = {
    "an e-mail address": [
        "mara@example.org", "MARA.L@EXAMPLE.ORG", "mara @ example . org", "mara(at)example(dot)org", "mara [at] example [dot] org",
        "mara at example dot org", "mara at example.org", "ｍａｒａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "mara\u200b@\u200bexample.org", "mara.lind gmail",
        "m a r a @ g m a i l . c o m", "mara at g mail", "my email is easy to guess", "mаra@exаmple.org", "mara{at}example{punkt}de",
        "m\u0301ara@example.org", "mara_at_example.org", "hotmail, mara48",
    ],
    "a web address": [
        "https://example.org/mara", "hxxps://example[.]org", "www.example.org", "www example org", "example.com", "Example.COM",
        "look at mara-sews.shop", "mara.in", "see t.co/abc", "example . com", "example dot com", "example (dot) com", "bit.ly/3xY",
        "ｅｘａｍｐｌｅ．ｃｏｍ", "e x a m p l e . c o m", "exam\u00adple.com", "192.168.12.34", "example.co.uk", "ехаmple.com", "w w w . mara",
    ],
    "a telephone number": [
        "+880 1711 223344", "01711-223344", "01711223344", "(017) 112 233 44", "017.112.233.44", "0 1 7 1 1 2 2 3 3 4 4",
        "০১৭১১২২৩৩৪৪", "०१७११२२३३४४", "٠١٧١١٢٢٣٣٤٤", "۰۱۷۱۱۲۲۳۳۴۴", "０１７１１２２３３４４", "①⑦①①②②③③④④", "zero one seven one one two two three",
        "oh one seven double one double two triple three", "o171l o17112233", "shunya ek saat ek ek do do teen", "null eins sieben eins eins zwei zwei",
        "শূন্য এক সাত এক এক দুই দুই তিন", "0171 then 1223 then 344", "0_1_7_1_1_2_2_3", "call me on 12345", "017\n112\n233", "0️⃣1️⃣7️⃣1️⃣1️⃣2️⃣2️⃣",
        "017*112*233", "0171 one two two 3344", "$01711223344", "1711223344",
    ],
    "a name in a social network": ["@mara_sews", "mara ＠ example", "find me on Instagram", "insta: mara.sews", "FACEBOOK mara", "my ig is mara", "tik tok mara", "ＦＢ： mara"],
    "a messenger": ["WhatsApp me", "whats app", "telegram mara48", "Viber 12", "I am on Signal", "signal: mara.48", "t e l e g r a m", "line id mara", "WeChat"],
    "a postal address": [
        "48 Linden Street", "48 linden street", "12b Old Mill Lane", "12 Park Ave", "Lindenstraße 48", "Street 7", "P.O. Box 12", "PO Box 700",
        "house no. 12", "Flat No 5", "London SW1A 1AA", "OH 45202", "post code is 700006", "5 rue Cler", "221 Baker St", "48, Linden Crescent Road",
    ],
    "a way to pay": [
        "paypal mara", "my UPI is mara", "bKash", "$marasews", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "Western Union", "cash app",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "0x52908400098527886e0f7030069857d2e4169ee7", "account number 12",
    ],
}  # fmt: skip

FINE = [
    "The throw is on our sofa and everybody asks about the stitches. Thank you!",
    "Size 38 fits me well, and size 42 my sister. We bought both in 2019, in 2021 and in 2024.",
    "Sizes 34, 36, 38, 40, 42 and 44 would be lovely.", "I have 12, 14, 18 and 20 of them.", "34 36 38 40",
    "It was $24.00, then €1,200.50; now Rs 1,20,000 or ৳ 2400. Worth every cent of the 24.00 dollars!",
    "One two three four five six seven: I counted the rows.", "Rows 1, 2, 3, 4, 5, 6, 7, 8, 9 and 10 are red.",
    "k2, p2, k2, p2, k2, p2, k2; then k2tog and p1 1st row again.", "Steps 2 4 6 8 10 12 14 in blue.", "2019, 2020, 2021",
    "Ordered on 24.11.2026, came on 2026-12-01, worn on 5/12/2026.", "100 x 150 cm, 38 x 42 x 10 cm, 240 g, 90 %.",
    "About 1,000,000 stitches, or 2,500 a day.", "Two of the three bags went to my mother, one to me.", "The messenger bag is the best I have had.",
    "It is lovely.It fits me. So soft.Thank you", "Look at every dot in the fabric, at the dot pattern too.", "A zip pouch from 2019, and a pin from 2020.",
    "38 is a long way from my first size.", "2 bags on the street, 1 in the road.", "Yahoo! It has arrived.", "A signal of hope, on line with the picture.",
    "I saw the phone pouch of 2019.", "পাঁচটি ব্যাগ খুব সুন্দর। ২০১৯ থেকে ব্যবহার করছি, সাইজ ৩৮।", "थैला बहुत सुंदर है। 38 नंबर।", "Très beau, merci à toutes!",
    "p.s. the blue one, e.g. for the market, i.e. on Saturdays at 10 a.m.", "A net. Net bags are useful, com'on.", "No. 7 and No. 12 are my favourites.",
    "I washed it 3 times at 30 degrees; after 40 minutes it was dry.", "5-6-7 colours in one piece?", "Спасибо за сумку, она прекрасна.",
    "You are 120 now, I read; 38 of you do the cutting.", "🧵🪡 1️⃣ place!", "At the market I was asked at 2 and at 3 where it came from.",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in CARRIES.items() for text in texts])
def test_what_carries_a_contact_is_found(kind: str, text: str) -> None:
    for around in ("{}", "Thank you for the bag. {} is where I am.", "So soft! {}"):
        found = contact_details(around.format(text))
        assert kind in {each.kind for each in found}, found
        assert all(each.piece for each in found)


@pytest.mark.parametrize("text", FINE)
def test_what_carries_none_is_let_through(text: str) -> None:
    assert contact_details(text) == []


def test_the_sentence_says_what_to_take_out() -> None:
    [found] = contact_details("The bag is lovely. Call 01711-223344 now.")
    assert str(found) == "Please take out “01711-223344”: it looks like a telephone number."


def test_the_piece_is_short_whatever_was_sent() -> None:
    [*found] = contact_details("http://" + "x" * 500 + " +" + "1" * 90)
    assert len(found) == 2
    assert all(len(each.piece) <= 40 for each in found)


@pytest.mark.real_clock
@pytest.mark.parametrize(
    "piece", ["a", "1 ", "a.", "a ", "(at", "@", "1,", "a-", " ", "_", "+1", "১", "A1 ", "1 A", "one ", "\n"]
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * 600)[:600]
    began = time.process_time()
    contact_details(text)
    assert time.process_time() - began < 0.5
