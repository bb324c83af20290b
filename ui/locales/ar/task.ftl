task-due = في موعد أقصاه { $day }
task-done = تحديد كمنجَز
task-done-label = تحديد كمنجَز: { $title }
task-waiting = تم – بانتظار الإرسال
task-thanks = شكرًا! سجّلنا أنك أنجزت ذلك.
task-refused = تعذّر تحديد المهمة كمنجَزة.
