"""Sets of shares on the screen: made, shown one at a time, entered one by one."""
