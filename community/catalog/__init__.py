"""What the assistant knows: services, matters, hotlines, emergencies, local facts."""
