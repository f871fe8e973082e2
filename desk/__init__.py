"""Pages and API for grid workers, street and county staff, and operators."""
