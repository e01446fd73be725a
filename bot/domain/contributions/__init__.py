"""What participants contribute: notes, questions, pledges, feedback; and the Chatham House Rule that protects them."""
