task-due = By { $day }
task-done = Mark as done
task-done-label = Mark as done: { $title }
task-waiting = Done – waiting to be sent
task-thanks = Thank you! It is noted as done.
task-refused = The task could not be marked as done.
