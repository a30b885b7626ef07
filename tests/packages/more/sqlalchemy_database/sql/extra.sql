INSERT INTO parent (name) VALUES ('two')
