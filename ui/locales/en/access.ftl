access-why = Why are you opening this?
access-reply = Answer a message
access-handle = Work on the case
access-stand-in = Stand in for a colleague
access-review = Review quality or access
access-logged = Your choice is written to the log before anything is shown. The person it concerns can read the log.
access-open = Open
