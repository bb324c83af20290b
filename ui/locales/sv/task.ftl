task-due = Senast { $day }
task-done = Klar
task-done-label = Klar: { $title }
task-waiting = Klar – väntar på att skickas
task-thanks = Tack! Vi har noterat att det är klart.
