task-due = Senast { $day }
task-done = Markera som klar
task-done-label = Markera som klar: { $title }
task-waiting = Klar – väntar på att skickas
task-thanks = Tack! Vi har noterat att det är klart.
task-refused = Det gick inte att markera uppgiften som klar.
