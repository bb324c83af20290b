task-due = في موعد أقصاه { $day }
task-done = تم
task-done-label = تم: { $title }
task-waiting = تم – بانتظار الإرسال
task-thanks = شكرًا! سجّلنا أنه قد تم.
