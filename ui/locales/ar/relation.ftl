relation-title = من يمثّل من
relation-link-hint = اطّلع على من تمثّلهم ومن يمثّلك. امنح توكيلًا أو اسحبه.
relation-acting-region = أنت تمثّل شخصًا آخر
relation-acting = أنت تمثّل { $name }
relation-more = ماذا يعني ذلك
relation-mine = من أمثّلهم
relation-mine-none = أنت لا تمثّل أي شخص آخر الآن.
relation-others = من يمثّلني
relation-others-none = لا يمثّلك أي شخص آخر الآن.
relation-joint-custody = وليّ، حضانة مشتركة
relation-sole-custody = وليّ، حضانة منفردة
relation-appointed-guardian = وليّ معيّن بقرار خاص
relation-god-man = وصيّ (god man)
relation-forvaltare = قيّم (förvaltare)
relation-power-of-attorney = توكيل
relation-ombud = ممثّل
relation-public-counsel = محامٍ معيّن من الدولة
relation-caseworker = موظف يعمل في الملف
relation-guest = ضيف
relation-newer = حدّث التطبيق لترى ما هذا
relation-can = ما يشمله ذلك
relation-file = قراءة ما هو مكتوب في الملف
relation-messages = مراسلة المسؤول عن الملف
relation-meetings = حجز الاجتماعات والمشاركة فيها
relation-nothing-open = لم يُفتح أي ملف بعد. يفتح الموظف المسؤول الملف عندما يكون هناك سبب لذلك.
relation-opened = الملفات المفتوحة
relation-case-elsewhere = ملف
relation-until = يسري حتى { $day }
relation-checked = تم التحقق { $day }
relation-source-register = وفق السجل السكاني
relation-source-court = وفق قرار محكمة
relation-source-chief-guardian = وفق هيئة الإشراف على الأوصياء
relation-source-municipality = وفق البلدية
relation-source-person = وفق الشخص الذي منحه
relation-source-other = من مصدر آخر
relation-ends-soon = ينتهي التوكيل مع { $name } في { $day }. إذا كان يجب أن يستمر فلا بد من منح توكيل جديد.
relation-refused = تعذّر منح توكيل أو سحبه. اطّلع على ما يمكنك فعله.
relation-withdraw = سحب التوكيل
relation-withdraw-question = هل تريد سحب التوكيل؟
relation-withdraw-detail = لن يستطيع { $name } بعد ذلك القراءة أو الكتابة أو الحجز نيابة عنك.
relation-renounce = التخلي عن التوكيل
relation-renounce-question = هل تريد التخلي عن التوكيل؟
relation-renounce-detail = لن تستطيع بعد ذلك القراءة أو الكتابة أو الحجز نيابة عن { $name }.
relation-withdrawing = سيُسحب عندما يتصل التطبيق بالبلدية
relation-withdraw-refused = تعذّر سحب التوكيل.
relation-giving = سيُمنح عندما يتصل التطبيق بالبلدية
relation-giving-refused = تعذّر منح التوكيل. تحقق من الرمز مع الشخص الذي أعطاك إياه، أو اطلب رمزًا جديدًا.
relation-give = منح توكيل
relation-give-intro = اطلب ممن سيمثّلك أن ينشئ رمزًا في تطبيقه ويعطيك إياه. يجب أن يكون كلاكما قد بلغ 18 عامًا.
relation-code = الرمز الذي حصلت عليه
relation-code-hint = 26 حرفًا ورقمًا. المسافات والشرطات لا تهم.
relation-code-wrong = اكتب الرمز كاملًا. يتكوّن من 26 حرفًا ورقمًا.
relation-matters = ماذا يشمل التوكيل؟
relation-matters-missing = اختر شيئًا واحدًا على الأقل ليشمله التوكيل.
relation-how-long = إلى متى يسري التوكيل؟
relation-months =
    { $count ->
        [one] شهر واحد ({ $count })
        [two] شهران ({ $count })
        [few] { $count } أشهر
        [many] { $count } شهرًا
       *[other] { $count } شهر
    }
relation-give-next = متابعة
relation-give-question = هل تريد منح التوكيل؟
relation-give-detail = من أنشأ الرمز يستطيع أن يمثّلك لمدة { $months }. يفتح المسؤول عن الملف ما يلزم. يمكنك سحب التوكيل متى شئت.
relation-give-yes = منح التوكيل
relation-given = حُفظ التوكيل. يسري عندما تستلمه البلدية.
relation-invite = الحصول على توكيل
relation-invite-intro = هل ستمثّل شخصًا ما؟ أنشئ رمزًا وأعطه لذلك الشخص وحده، ويُفضّل عند لقائكما.
relation-invite-make = إنشاء رمز
relation-invite-code = رمزك
relation-invite-once =
    { $days ->
        [one] يظهر الرمز الآن فقط. يمكن استخدامه مرة واحدة خلال يوم واحد ({ $days }).
        [two] يظهر الرمز الآن فقط. يمكن استخدامه مرة واحدة خلال يومين ({ $days }).
        [few] يظهر الرمز الآن فقط. يمكن استخدامه مرة واحدة خلال { $days } أيام.
        [many] يظهر الرمز الآن فقط. يمكن استخدامه مرة واحدة خلال { $days } يومًا.
       *[other] يظهر الرمز الآن فقط. يمكن استخدامه مرة واحدة خلال { $days } يوم.
    }
relation-closed = انتهت صلاحية الاطلاع
relation-closed-ended = انتهت العلاقة التي استندت إليها الصلاحية.
relation-closed-apart = يُبقى هذا الشخص منفصلًا عن شخص آخر في القضية.
relation-closed-protected = حصل صاحب القضية على حماية للبيانات الشخصية. بصفتك المسؤول عن القضية تؤكد كل من يجوز له تمثيله.
