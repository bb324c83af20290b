message-title = الرسائل
message-none = لا توجد لديك رسائل بعد. عندما يكتب إليك الموظف المسؤول عن ملفك ستراها هنا.
message-unread =
    { $count ->
        [one] رسالة جديدة ({ $count })
        [two] رسالتان جديدتان ({ $count })
        [few] { $count } رسائل جديدة
        [many] { $count } رسالة جديدة
       *[other] { $count } رسالة جديدة
    }
message-unread-many = أكثر من 99 رسالة جديدة
message-waiting-count =
    { $count ->
        [one] رسالة ({ $count }) بانتظار الإرسال
        [two] رسالتان ({ $count }) بانتظار الإرسال
        [few] { $count } رسائل بانتظار الإرسال
       *[other] { $count } رسالة بانتظار الإرسال
    }
message-refused-count =
    { $count ->
        [one] تعذّر إرسال رسالة ({ $count })
        [two] تعذّر إرسال رسالتين ({ $count })
        [few] تعذّر إرسال { $count } رسائل
       *[other] تعذّر إرسال { $count } رسالة
    }
message-thread = رسالة
message-with = مع
message-list = الرسائل، الأقدم أولًا
message-none-yet = لم يكتب أحد شيئًا هنا بعد.
message-mine = أنت
message-sent = أُرسلت
message-read = قُرئت
message-waiting = بانتظار الإرسال
message-refused = تعذّر إرسال الرسالة.
message-came = رسالة جديدة من { $from }
message-reply = اكتب رسالة
message-reply-hint = يمكن لمن تراسلهم قراءة الرسالة. وإذا فتحها أي شخص آخر في البلدية يُسجَّل ذلك في السجل.
message-send = إرسال
message-empty = اكتب شيئًا أولًا.
message-left =
    { $count ->
        [one] بقي حرف واحد ({ $count })
        [two] بقي حرفان ({ $count })
        [few] بقيت { $count } أحرف
        [many] بقي { $count } حرفًا
       *[other] بقي { $count } حرف
    }
message-over =
    { $count ->
        [one] تجاوزت الحد بحرف واحد ({ $count })
        [two] تجاوزت الحد بحرفين ({ $count })
        [few] تجاوزت الحد بـ { $count } أحرف
        [many] تجاوزت الحد بـ { $count } حرفًا
       *[other] تجاوزت الحد بـ { $count } حرف
    }
message-too-long = الرسالة طويلة جدًا. الحد الأقصى { $max } حرف. قسّمها إلى رسالتين.
message-attach = إرفاق ملف
message-attaching = تجري إضافة الملف…
message-attach-hint = صورة أو ⁨PDF⁩ أو نص. الحد الأقصى للملف { $max } ميغابايت.
message-attached = ملفات مرفقة بالرسالة
message-detach = إزالة { $name }
message-files = الملفات المرفقة
message-file-large = الملف { $name } كبير جدًا. الحد الأقصى للملف { $max } ميغابايت. اختر ملفًا أصغر، أو سلّمه إلينا بطريقة أخرى.
message-file-unsendable = لا يمكن إرسال { $name }. اختر صورة (⁨JPEG⁩ أو ⁨PNG⁩) أو ملف ⁨PDF⁩ أو ملفًا نصيًا.
message-files-many = الحد الأقصى لعدد ملفات الرسالة هو { $max }. أرسل الباقي في رسالة جديدة.
message-inbox = صندوق الوارد
message-inbox-none = صندوق الوارد فارغ.
message-choose = اختر محادثة من القائمة. تنقّل بمفاتيح الأسهم وافتح بمفتاح ⁨Enter⁩.
message-awaits-reply = بانتظار رد
message-gone = لم تعد هذه المحادثة متاحة
