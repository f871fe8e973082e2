"""placeholder"""

from desk.endpoints import Endpoints

endpoints = Endpoints("figures")
