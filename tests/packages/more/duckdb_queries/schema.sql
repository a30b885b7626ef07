CREATE TABLE cities (name VARCHAR, country VARCHAR, people INTEGER);
