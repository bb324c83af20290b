search-title = بحث
search-label = عمّ تبحث؟
search-hint = اكتب كلمة أو أكثر. يشمل البحث ما هو موجود على هذا الجهاز. لا يُرسل ما تكتبه إلى أي جهة.
search-count =
    { $count ->
        [zero] لا نتائج.
        [one] نتيجة واحدة.
        [two] نتيجتان.
        [few] { $count } نتائج.
        [many] { $count } نتيجة.
       *[other] { $count } نتيجة.
    }
search-more = هناك المزيد. اكتب كلمات أكثر لتقليل النتائج.
search-none = لم يُعثر على شيء. جرّب كلمة أقصر أو جزءًا منها.
search-coverage = شمل البحث حتى الآن { $done } من { $all }. ويتبع الباقي بعد قليل.
search-kind-message = رسالة
search-kind-thread = محادثة
search-kind-note = ملاحظة في السجل
search-kind-document = مستند
search-kind-task = مهمة
search-kind-case = ملف
