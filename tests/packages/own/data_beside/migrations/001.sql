create table one (x);
