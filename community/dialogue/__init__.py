"""What a message means in its conversation, beyond the item that it names."""
