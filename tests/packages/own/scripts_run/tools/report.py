import calendar
VALUE = calendar.month_name[1]
