task-due = By { $day }
task-done = Done
task-done-label = Done: { $title }
task-waiting = Done – waiting to be sent
task-thanks = Thank you! It is noted as done.
