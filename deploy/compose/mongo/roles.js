// Makes the Core's user: it may add events and read them, and neither change nor remove any.
const password = require("fs").readFileSync("/run/echo/mongo_core", "utf8").trim();
const echo = db.getSiblingDB("echo");
echo.createRole({
  role: "events",
  privileges: [
    {
      resource: { db: "echo", collection: "events" },
      actions: ["find", "insert", "createCollection", "createIndex", "listIndexes"],
    },
  ],
  roles: [],
});
echo.createUser({ user: "echo_core", pwd: password, roles: ["events"] });
