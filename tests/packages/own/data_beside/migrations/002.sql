create table two (x);
