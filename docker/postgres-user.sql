-- Run once by the PostgreSQL image, when its data folder is new: the user of the service owns one database and rules no other.
\getenv password ARLEDGER_DATABASE_PASSWORD
create role arledger login password :'password';
create database arledger owner arledger;
