identity-language = اللغة
identity-language-hint = يغيّر هذا نصوص التطبيق نفسه. أما ما كتبته البلدية فيظهر كما كُتب.
identity-welcome = مرحبًا بك
identity-welcome-staff = تسجيل الدخول إلى مكتبك
identity-lead = هنا تتابع ملفك وتقرأ القرارات وتكتب إلى الموظف المسؤول عن ملفك. ويمكنك دائمًا أن تتصل هاتفيًا أو تكتب رسالة بريدية أو تزورنا بدلًا من ذلك.
identity-lead-staff = لموظفي البلدية. تسجّل الدخول ببطاقة العمل الإلكترونية.
identity-municipality = ما البلدية المعنية؟
identity-municipality-missing = اختر بلدية.
identity-provider = كيف تريد إثبات هويتك؟
identity-call = هل تفضّل التحدث؟ اتصل على
identity-sign-in = تسجيل الدخول بالهوية الإلكترونية
identity-sign-in-staff = تسجيل الدخول ببطاقة العمل
identity-browser = يُفتح تسجيل الدخول في متصفح الإنترنت.
identity-signing-in = تابع في متصفح الإنترنت
identity-signing-in-lead = فتحنا تسجيل الدخول في متصفح الإنترنت. عُد إلى هنا عندما تنتهي.
identity-signing-in-help = ألا ترى نافذة جديدة؟ ابحث بين النوافذ المفتوحة، أو ألغِ وحاول مرة أخرى.
identity-signing-in-cancel = إلغاء تسجيل الدخول
identity-choose-code = اختر رمزًا لهذا الجهاز
identity-choose-code-lead = أنت مسجّل الدخول باسم { $name }.
identity-choose-code-why = يقفل الرمز ما يُحفظ على هذا الجهاز حتى لا يقرأه أحد سواك. تستخدمه في كل مرة تفتح فيها التطبيق، حتى بدون اتصال.
identity-once = هل هذا الجهاز لشخص آخر؟
identity-once-why = يمكنك المتابعة دون أن تختار شيئًا. لن يبقى شيء هنا: عند قفل التطبيق أو إغلاقه يزول كل شيء، حتى ما ينتظر الإرسال.
identity-once-submit = المتابعة دون حفظ أي شيء
identity-code = الرمز، ستة أرقام
identity-code-again = الرمز نفسه مرة أخرى
identity-code-hint = لا تختر تاريخ ميلادك أو 123456. إذا نسيت الرمز فسجّل الدخول من جديد.
identity-code-submit = احفظ الرمز
identity-code-not-six = يجب أن يتكون الرمز من ستة أرقام.
identity-code-not-same = ما كتبته في الحقلين مختلف. اكتب الشيء نفسه في كليهما.
identity-locked = التطبيق مقفل
identity-locked-lead = اكتب رمزك لفتحه. يعمل ذلك أيضًا بدون اتصال.
identity-tries-left =
    { $count ->
        [one] بقيت لك محاولة واحدة ({ $count }). بعدها يُمحى ما هو محفوظ هنا. ما أرسلته باقٍ لدى البلدية.
        [two] بقيت لك محاولتان ({ $count }). بعدهما يُمحى ما هو محفوظ هنا. ما أرسلته باقٍ لدى البلدية.
        [few] بقيت لك { $count } محاولات. بعدها يُمحى ما هو محفوظ هنا. ما أرسلته باقٍ لدى البلدية.
        [many] بقيت لك { $count } محاولة. بعدها يُمحى ما هو محفوظ هنا. ما أرسلته باقٍ لدى البلدية.
       *[other] بقيت لك { $count } محاولة. بعدها يُمحى ما هو محفوظ هنا. ما أرسلته باقٍ لدى البلدية.
    }
identity-unlock = فتح
identity-again = هل نسيت الرمز؟ سجّل الدخول من جديد
identity-lock = قفل
identity-sign-out = تسجيل الخروج
identity-leave = هل تريد تسجيل الخروج من هذا الجهاز؟
identity-leave-nothing-waits = سيُمحى ما هو محفوظ على الجهاز. كل ما كتبته قد أُرسل وهو باقٍ لدى البلدية.
identity-leave-waits =
    { $count ->
        [one] هناك عنصر واحد ({ $count }) لم يُرسل بعد وسيُفقد. أما الباقي فمحفوظ لدى البلدية.
        [two] هناك عنصران ({ $count }) لم يُرسلا بعد وسيُفقدان. أما الباقي فمحفوظ لدى البلدية.
        [few] هناك { $count } عناصر لم تُرسل بعد وستُفقد. أما الباقي فمحفوظ لدى البلدية.
        [many] هناك { $count } عنصرًا لم تُرسل بعد وستُفقد. أما الباقي فمحفوظ لدى البلدية.
       *[other] هناك { $count } عنصر لم تُرسل بعد وستُفقد. أما الباقي فمحفوظ لدى البلدية.
    }
identity-leave-detail = سيُمحى ما هو محفوظ على الجهاز، بما في ذلك ما كتبته ولم يُرسل بعد. أما ما أُرسل فهو باقٍ لدى البلدية.
identity-leave-yes = تسجيل الخروج والمحو
identity-leave-again-yes = المحو وتسجيل الدخول من جديد
identity-login-needed = انتهت مدة تسجيل دخولك. يمكنك قراءة ما هو موجود هنا، لكن لا يُرسل شيء ولا يُجلب حتى تسجّل الدخول من جديد. ما كتبته يبقى محفوظًا هنا.
identity-login-again = تسجيل الدخول من جديد
identity-me = حسابي
identity-name = الاسم
identity-me-municipality = البلدية
identity-help = المساعدة والاتصال
identity-help-text = أنت تختار كيف تتواصل معنا. يمكنك دائمًا أن تتصل هاتفيًا أو تكتب رسالة بريدية أو تزورنا.
identity-devices = أجهزتك
identity-devices-hint = أنت مسجّل الدخول على هذه الأجهزة. إذا لم تتعرّف على جهاز أو فقدت جهازًا فسجّل خروجه.
identity-devices-none = لست مسجّل الدخول على أي جهاز.
identity-device-this = هذا الجهاز
identity-device-other = نوع جهاز غير معروف
identity-device-since = مسجّل الدخول منذ
identity-device-used = آخر استخدام
identity-device-sign-out = تسجيل الخروج
identity-device-sign-out-which = تسجيل خروج { $device }
identity-device-question = هل تريد تسجيل خروج { $device }؟
identity-device-question-detail = سيُمحى ما هو محفوظ على ذلك الجهاز عند اتصاله في المرة القادمة، بما في ذلك ما لم يُرسل بعد. أما ما أُرسل فهو باقٍ لدى البلدية.
identity-device-question-yes = تسجيل خروج الجهاز
identity-leave-heading = القفل أو تسجيل الخروج
identity-leave-hint = اقفل التطبيق عندما تترك الجهاز. وسجّل الخروج إذا كان شخص آخر سيستخدمه.
identity-idle = هل ما زلت هنا؟
identity-idle-detail = لم يستخدم أحد التطبيق منذ فترة. سيُقفل بعد نصف دقيقة. ما كتبته يبقى محفوظًا.
identity-idle-detail-once = لم يستخدم أحد التطبيق منذ فترة. سينتهي بعد نصف دقيقة ولن يبقى شيء على الجهاز.
identity-idle-yes = ما زلت هنا
identity-idle-choice = اقفل التطبيق عندما لا يستخدمه أحد لمدة
identity-idle-brief = يُقفل بعد
identity-idle-minutes =
    { $count ->
        [one] دقيقة واحدة ({ $count })
        [two] دقيقتين ({ $count })
        [few] { $count } دقائق
        [many] { $count } دقيقة
       *[other] { $count } دقيقة
    }
identity-choose-passphrase = اختر عبارة مرور لهذا الجهاز
identity-choose-passphrase-why = لا توجد في هذا الجهاز سلسلة مفاتيح يستطيع التطبيق استخدامها، ولذلك لا يكفي رمز قصير. عبارة المرور وحدها تحمي ما يُحفظ هنا، وتكتبها في كل مرة تفتح فيها التطبيق.
identity-passphrase = عبارة المرور، اثنا عشر حرفًا على الأقل
identity-passphrase-again = عبارة المرور نفسها مرة أخرى
identity-passphrase-hint = اختر مثلًا أربع كلمات لا علاقة بينها. كلما كانت أطول كانت أكثر أمانًا. إذا نسيت عبارة المرور فسجّل الدخول من جديد.
identity-passphrase-submit = احفظ عبارة المرور
identity-locked-lead-passphrase = اكتب عبارة المرور لفتحه. يعمل ذلك أيضًا بدون اتصال.
identity-again-passphrase = هل نسيت عبارة المرور؟ سجّل الدخول من جديد
identity-invite = لدي رمز حصلت عليه
identity-invite-code = الرمز الذي حصلت عليه
identity-invite-hint = سبع مجموعات من أربعة أحرف. لا فرق بين الحروف الكبيرة والصغيرة. بهذا الرمز يمكنك قراءة الرسائل وكتابتها، لكن لا يمكنك قراءة ملفك.
identity-invite-submit = تسجيل الدخول بالرمز
identity-login-needed-invited = انتهت مدة تسجيل دخولك. يمكنك قراءة ما هو موجود هنا، لكن لا يُرسل شيء ولا يُجلب. اطلب رمزًا جديدًا من الموظف المسؤول عن ملفك. ما كتبته يبقى محفوظًا هنا.
identity-give = إعطاء رمز دخول
identity-give-how = كيف تعرف من هو هذا الشخص؟
identity-give-document = رأيت وثيقة هوية سارية
identity-give-known = أعرف الشخص من قبل
identity-give-vouched = شهد له شخص أعرفه
identity-give-hint = لمن ليست لديه هوية إلكترونية. يتيح الرمز الرسائل والمواعيد وليس الملف. يُستخدم مرة واحدة خلال يوم واحد. ويُسجَّل أنك أعطيته.
identity-give-submit = إنشاء رمز
identity-give-for = رمز لـ { $name }. اقرأه بصوت عالٍ أو دع الشخص ينسخه. لا يظهر إلا الآن.
identity-give-picture = الرمز كصورة QR
identity-give-until = صالح حتى { $at }.
identity-give-back = سحب الرمز
identity-me-desk = أجهزتي
