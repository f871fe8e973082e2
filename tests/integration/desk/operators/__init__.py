"""What operators do through the API: review, models, answers, figures."""
