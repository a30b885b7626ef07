# Has the module `MODULE` know what it knows in an environment: places of the user that are not searched.
MODULE.getusersitepackages()
if MODULE.ENABLE_USER_SITE is None:
    MODULE.ENABLE_USER_SITE = False
