"""Words of the field as frozen values: records, ids, errors, progress; standard library only."""
