"""What a storyteller reads herself, in her language: the receipt of her consent, and her own door.

A sentence that is missing in a language comes in English. Nobody whose first language they are has read the
translations yet: whoever hands over a receipt reads it to her, and `NOT_YET_READ` says so on the page.
"""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from storefront.stories.models import Channel, Consent

PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "receipt": "What you agreed to",
        "keep_it": "This sheet is yours. Keep it where nobody else looks, or leave it with somebody you trust.",
        "page": "The page",
        "name": "The name on it",
        "agreed_on": "You said yes on",
        "shown_from": "It may be shown from",
        "ends_on": "It ends by itself on",
        "where": "Where it may appear",
        "yes": "yes",
        "no": "no",
        "empty_box": "Where you said nothing, the answer is no. Nothing happens to you because of a no.",
        "live": "Where it stands at this moment",
        "nowhere": "Nowhere at this moment.",
        "how_it_was": "How you were asked",
        "explained_by": "It was explained by",
        "read_back": "The words were read back to you, and your employer was not in the room.",
        "independent": "Neither your work nor your pay depends on it, today or later.",
        "paid": "For your time you were paid {amount}, whether anything is shown or not. It stays yours.",
        "take_back": "How to take it back",
        "no_reason": "At any time. Nobody asks why. The page, the drawing and every mention are gone at once.",
        "by_code": "With the code on your card, at this address, on any telephone:",
        "by_person": "Or tell any guardian of this shop, or anybody you trust at the workshop or beside it.",
        "copies": "We then ask search engines and archives to forget their copies. They do not always do it.",
        "number": "Number of this record",
        "door": "Take back your story",
        "door_words": "This is for people whose story stands here. Write the code from your card. Nobody asks why.",
        "code": "The code on your card",
        "go_on": "Go on",
        "ask_once": "Take the whole story back?",
        "ask_words": "The page, the words, the name and the drawing are gone at once and for good.",
        "now": "Withdraw now",
        "keep": "Keep",
        "one_place": "Or close one place only",
        "close": "Close: {place}",
        "gone": "It is gone",
        "gone_words": "Your story is no longer here. The words and the drawing are erased. You need do nothing more.",
        "closed": "That place is closed",
        "closed_words": "Your story no longer appears there. The code on your card goes on working.",
        "unknown": "This code opens nothing. Please look at the card once more, or ask somebody you trust.",
        "too_often": "That was tried too often from here. Please wait {minutes} minutes, or ask a guardian.",
        Channel.WEB_STORY: "Story page",
        Channel.PRODUCT_PAGE: "Beside products",
        Channel.HANG_TAG_QR: "Behind the code on the tag",
        Channel.NEWSLETTER: "Letters to customers",
        Channel.SOCIAL: "Social media",
        Channel.PRESS: "Newspapers and magazines",
        Channel.SEARCH_INDEXING: "Search engines",
    },
    "bn": {
        "receipt": "আপনি যাতে সম্মতি দিয়েছেন",
        "keep_it": "এই কাগজটি আপনার। এমন জায়গায় রাখুন যেখানে অন্য কেউ দেখে না, অথবা বিশ্বাস করেন এমন কারও কাছে রাখুন।",
        "page": "পাতা",
        "name": "পাতায় যে নাম আছে",
        "agreed_on": "আপনি হ্যাঁ বলেছেন",
        "shown_from": "দেখানো যাবে এই দিন থেকে",
        "ends_on": "নিজে থেকেই শেষ হবে",
        "where": "কোথায় দেখা যেতে পারে",
        "yes": "হ্যাঁ",
        "no": "না",
        "empty_box": "যেখানে কিছু বলেননি, সেখানে উত্তর না। না বললে আপনার কিছুই হবে না।",
        "live": "এই মুহূর্তে কোথায় আছে",
        "nowhere": "এই মুহূর্তে কোথাও নেই।",
        "how_it_was": "আপনাকে যেভাবে জিজ্ঞাসা করা হয়েছে",
        "explained_by": "বুঝিয়ে বলেছেন",
        "read_back": "কথাগুলি আপনাকে পড়ে শোনানো হয়েছে, এবং আপনার মালিক ঘরে ছিলেন না।",
        "independent": "আপনার কাজ বা মজুরি এর উপর নির্ভর করে না, আজও না, পরেও না।",
        "paid": "আপনার সময়ের জন্য {amount} দেওয়া হয়েছে, কিছু দেখানো হোক বা না হোক। এই টাকা আপনারই থাকবে।",
        "take_back": "কীভাবে ফিরিয়ে নেবেন",
        "no_reason": "যে কোনো সময়। কেউ কারণ জিজ্ঞাসা করবে না। পাতা, ছবি আর সব উল্লেখ সঙ্গে সঙ্গে চলে যাবে।",
        "by_code": "আপনার কার্ডের কোড দিয়ে, যে কোনো ফোনে, এই ঠিকানায়:",
        "by_person": "অথবা এই দোকানের গল্পের দায়িত্বে থাকা কাউকে, কিংবা কর্মশালার বা তার বাইরের বিশ্বস্ত কাউকে বলুন।",
        "copies": "তারপর আমরা সার্চ ইঞ্জিন ও আর্কাইভকে তাদের কপি মুছতে বলি। তারা সব সময় তা করে না।",
        "number": "এই নথির নম্বর",
        "door": "আপনার গল্প ফিরিয়ে নিন",
        "door_words": "যাঁদের গল্প এখানে আছে, এটি তাঁদের জন্য। কার্ডের কোডটি লিখুন। কেউ কারণ জিজ্ঞাসা করবে না।",
        "code": "আপনার কার্ডের কোড",
        "go_on": "এগিয়ে যান",
        "ask_once": "পুরো গল্পটি ফিরিয়ে নেবেন?",
        "ask_words": "পাতা, কথা, নাম আর ছবি সঙ্গে সঙ্গে এবং চিরদিনের জন্য চলে যাবে।",
        "now": "এখনই ফিরিয়ে নিন",
        "keep": "থাক",
        "one_place": "অথবা শুধু একটি জায়গা বন্ধ করুন",
        "close": "বন্ধ করুন: {place}",
        "gone": "চলে গেছে",
        "gone_words": "আপনার গল্প আর এখানে নেই। কথা ও ছবি মুছে ফেলা হয়েছে। আপনার আর কিছু করার দরকার নেই।",
        "closed": "সেই জায়গাটি বন্ধ",
        "closed_words": "আপনার গল্প আর সেখানে দেখা যায় না। কার্ডের কোডটি আগের মতোই কাজ করবে।",
        "unknown": "এই কোডে কিছু খোলে না। কার্ডটি আরেকবার দেখুন, অথবা বিশ্বাস করেন এমন কাউকে জিজ্ঞাসা করুন।",
        "too_often": "এখান থেকে অনেকবার চেষ্টা হয়েছে। {minutes} মিনিট অপেক্ষা করুন, অথবা দায়িত্বে থাকা কাউকে বলুন।",
        Channel.WEB_STORY: "গল্পের পাতা",
        Channel.PRODUCT_PAGE: "জিনিসের পাশে",
        Channel.HANG_TAG_QR: "ট্যাগের কোডের পিছনে",
        Channel.NEWSLETTER: "ক্রেতাদের চিঠি",
        Channel.SOCIAL: "সামাজিক মাধ্যম",
        Channel.PRESS: "খবরের কাগজ ও পত্রিকা",
        Channel.SEARCH_INDEXING: "সার্চ ইঞ্জিন",
    },
    "hi": {
        "receipt": "आपने जिस बात पर हाँ कहा",
        "keep_it": "यह काग़ज़ आपका है। इसे ऐसी जगह रखें जहाँ कोई और न देखे, या किसी भरोसे के इंसान के पास।",
        "page": "पन्ना",
        "name": "पन्ने पर लिखा नाम",
        "agreed_on": "आपने हाँ कहा",
        "shown_from": "इस दिन से दिखाया जा सकता है",
        "ends_on": "अपने आप ख़त्म होगा",
        "where": "कहाँ दिख सकता है",
        "yes": "हाँ",
        "no": "नहीं",
        "empty_box": "जहाँ आपने कुछ नहीं कहा, वहाँ जवाब नहीं है। नहीं कहने से आपका कुछ नहीं बिगड़ता।",
        "live": "इस समय कहाँ है",
        "nowhere": "इस समय कहीं नहीं।",
        "how_it_was": "आपसे कैसे पूछा गया",
        "explained_by": "समझाया",
        "read_back": "शब्द आपको पढ़कर सुनाए गए, और आपके मालिक कमरे में नहीं थे।",
        "independent": "न आपका काम इस पर टिका है, न आपकी मज़दूरी, न आज, न आगे।",
        "paid": "आपके समय के लिए {amount} दिए गए, चाहे कुछ दिखाया जाए या नहीं। यह पैसा आपका ही रहेगा।",
        "take_back": "वापस कैसे लें",
        "no_reason": "कभी भी। कोई वजह नहीं पूछेगा। पन्ना, चित्र और हर ज़िक्र तुरंत हट जाता है।",
        "by_code": "अपने कार्ड के कोड से, किसी भी फ़ोन पर, इस पते पर:",
        "by_person": "या इस दुकान की कहानियों के किसी ज़िम्मेदार से, या अपने भरोसे के किसी इंसान से कहें।",
        "copies": "फिर हम सर्च इंजनों और संग्रहों से अपनी प्रतियाँ मिटाने को कहते हैं। वे हमेशा ऐसा नहीं करते।",
        "number": "इस रिकॉर्ड का नंबर",
        "door": "अपनी कहानी वापस लें",
        "door_words": "यह उनके लिए है जिनकी कहानी यहाँ है। अपने कार्ड का कोड लिखें। कोई वजह नहीं पूछेगा।",
        "code": "आपके कार्ड का कोड",
        "go_on": "आगे",
        "ask_once": "पूरी कहानी वापस लें?",
        "ask_words": "पन्ना, शब्द, नाम और चित्र तुरंत और हमेशा के लिए हट जाएँगे।",
        "now": "अभी वापस लें",
        "keep": "रहने दें",
        "one_place": "या सिर्फ़ एक जगह बंद करें",
        "close": "बंद करें: {place}",
        "gone": "हट गई",
        "gone_words": "आपकी कहानी अब यहाँ नहीं है। शब्द और चित्र मिटा दिए गए हैं। आपको और कुछ नहीं करना है।",
        "closed": "वह जगह बंद है",
        "closed_words": "आपकी कहानी अब वहाँ नहीं दिखती। आपके कार्ड का कोड आगे भी चलेगा।",
        "unknown": "इस कोड से कुछ नहीं खुलता। कार्ड फिर से देखें, या किसी भरोसे के इंसान से पूछें।",
        "too_often": "यहाँ से बहुत बार कोशिश हुई। {minutes} मिनट रुकें, या किसी ज़िम्मेदार से कहें।",
        Channel.WEB_STORY: "कहानी का पन्ना",
        Channel.PRODUCT_PAGE: "चीज़ों के पास",
        Channel.HANG_TAG_QR: "टैग के कोड के पीछे",
        Channel.NEWSLETTER: "ग्राहकों को चिट्ठियाँ",
        Channel.SOCIAL: "सोशल मीडिया",
        Channel.PRESS: "अख़बार और पत्रिकाएँ",
        Channel.SEARCH_INDEXING: "सर्च इंजन",
    },
}  # fmt: skip

NOT_YET_READ = "Nobody whose first language this is has read this translation yet. Please read it to her."
NOT_THERE = "This sheet is not there in {language} yet. Please have it read to her in her language."


def phrase(language: str, key: str, **values: str) -> str:
    """One sentence in a language, or else in English."""
    words = PHRASES.get(language, {}).get(key) or PHRASES["en"][key]
    return words.format(**values) if values else words


def is_translated(language: str) -> bool:
    return language in PHRASES


def day(value: date, language: str) -> str:
    """A day as it is written in this language."""
    return format_date(value, "long", locale=language if is_translated(language) else "en")


def places(consent: Consent, language: str) -> list[tuple[str, bool]]:
    """Every channel in her words, and whether she said yes to it."""
    return [(phrase(language, channel), channel in consent.channels) for channel in Channel]
