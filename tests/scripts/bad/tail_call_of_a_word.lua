-- expect: : wait is 5; write a duration
return wait(5)
