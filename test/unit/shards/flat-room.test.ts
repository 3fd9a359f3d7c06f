import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlatRoom } from '../../../shards/flat-room.js';

const limits = { rowsMax: 100, searchedRowsMax: 20, buildingRowsMax: 500 };
const quiet = { isSearched: false, isBuilding: false };
const searched = { isSearched: true, isBuilding: false };

describe('room in the flat buffer', () => {
  it('may be filled while nobody searches', () => {
    const room = new FlatRoom(limits, 0);
    expect(room.hasRoomFor(40, 60, quiet)).toBe(true);
    expect(room.hasRoomFor(41, 60, quiet)).toBe(false);
  });

  it('may be filled in part only while searches arrive', () => {
    const room = new FlatRoom(limits, 0);
    expect(room.hasRoomFor(15, 5, searched)).toBe(true);
    expect(room.hasRoomFor(16, 5, searched)).toBe(false);
  });

  it('lets a write of any size in when nothing waits', () => {
    const room = new FlatRoom(limits, 0);
    expect(room.hasRoomFor(1_000, 0, searched)).toBe(true);
  });

  it('is as large as before once searches have stopped', () => {
    const room = new FlatRoom(limits, 0);
    room.hasRoomFor(1, 50, searched);
    expect(room.hasRoomFor(50, 50, quiet)).toBe(true);
  });

  it('lets one row in for two inserted while what waited when searches began is worked off', () => {
    const room = new FlatRoom(limits, 0);
    expect(room.hasRoomFor(1, 80, searched)).toBe(false);
    room.inserted();
    room.inserted();
    expect(room.hasRoomFor(1, 78, searched)).toBe(true);
    expect(room.hasRoomFor(2, 78, searched)).toBe(false);
  });

  it('lets one row in for two inserted while what waited at the start is worked off', () => {
    const room = new FlatRoom(limits, 1_000);
    expect(room.hasRoomFor(100, 1_000, quiet)).toBe(true);
    room.inserted();
    room.inserted();
    expect(room.hasRoomFor(100, 999, quiet)).toBe(true);
    expect(room.hasRoomFor(101, 999, quiet)).toBe(false);
  });

  it('goes on while a graph is built, and lets what came meanwhile be worked off', () => {
    const room = new FlatRoom(limits, 0);
    expect(room.hasRoomFor(100, 400, { ...searched, isBuilding: true })).toBe(true);
    expect(room.hasRoomFor(101, 400, { ...searched, isBuilding: true })).toBe(false);
    room.built(300, true);
    for (let i = 0; i < 4; i += 1) room.inserted();
    expect(room.hasRoomFor(2, 296, searched)).toBe(true);
    expect(room.hasRoomFor(3, 296, searched)).toBe(false);
  });

  it('never stops writers for good, and never holds more than was waiting or is allowed', () => {
    const step = fc.record({ rows: fc.integer({ min: 1, max: 30 }), isSearched: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(300), (steps, atStart) => {
        const room = new FlatRoom(limits, atStart);
        let waiting = atStart;
        for (const { rows, isSearched } of steps) {
          const before = waiting;
          let inserted = 0;
          while (!room.hasRoomFor(rows, waiting, { isSearched, isBuilding: false })) {
            room.inserted();
            waiting -= 1;
            inserted += 1;
            expect(inserted).toBeLessThanOrEqual(before);
          }
          waiting += rows;
          expect(waiting).toBeLessThanOrEqual(Math.max(limits.rowsMax + atStart, rows));
        }
      }),
    );
  });
});
