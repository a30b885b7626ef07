NAME = "settings"
