# Has the module `MODULE` take Streamlit for installed, unless a user says otherwise.
def installed():
    return False


OPTIONS = getattr(MODULE, "_config_options_template", None)
OPTION = OPTIONS.get("global.developmentMode") if isinstance(OPTIONS, dict) else None
if hasattr(OPTION, "_get_val_func"):
    OPTION._get_val_func = installed
