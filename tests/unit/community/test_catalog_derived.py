"""What is worked out of a catalogue is kept until another one is asked for."""

from dataclasses import replace

from community.catalog.derived import of_catalog


def test_it_is_worked_out_once_for_each_catalogue(catalog):
    asked = []

    @of_catalog
    def n_services(known):
        asked.append(known)
        return len(known.services)

    edited = replace(catalog, services={})
    assert [n_services(catalog), n_services(catalog)] == [len(catalog.services)] * 2
    assert len(asked) == 1
    assert n_services(edited) == 0
    assert n_services(catalog) == len(catalog.services)
