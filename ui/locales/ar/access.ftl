access-why = لماذا تفتح هذا؟
access-reply = الرد على رسالة
access-handle = معالجة الملف
access-stand-in = النيابة عن زميل
access-review = مراجعة الجودة أو الوصول
access-logged = يُسجَّل ذلك قبل عرض أي شيء. ويمكن للشخص المعني قراءة السجل.
access-open = فتح
