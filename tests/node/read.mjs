// Reads calendars with ical.js and writes what it finds as JSON, one line a file.
import fs from "node:fs";
import ICAL from "ical.js";

function alarmsOf(component, start) {
  return component.getAllSubcomponents("valarm").map((alarm) => {
    // A whole day begins at midnight; a date alone has no hours to count back from.
    const rings = start.clone();
    rings.isDate = false;
    rings.addDuration(alarm.getFirstPropertyValue("trigger"));
    return {
      rings: rings.toString(),
      text: alarm.getFirstPropertyValue("description"),
    };
  });
}

function eventOf(component) {
  const event = new ICAL.Event(component);
  const start = event.startDate;
  return {
    uid: event.uid,
    summary: event.summary,
    description: event.description,
    allDay: start.isDate,
    start: start.toString(),
    end: event.endDate.toString(),
    instants: [start, event.endDate].map((time) => time.toJSDate().toISOString()),
    status: component.getFirstPropertyValue("status"),
    sequence: event.sequence,
    categories: component
      .getAllProperties("categories")
      .flatMap((property) => property.getValues()),
    alarms: alarmsOf(component, start),
  };
}

for (const file of process.argv.slice(2)) {
  const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(file, "utf8")));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  const events = calendar.getAllSubcomponents("vevent").map(eventOf);
  console.log(
    JSON.stringify({ name: calendar.getFirstPropertyValue("x-wr-calname"), events }),
  );
}
