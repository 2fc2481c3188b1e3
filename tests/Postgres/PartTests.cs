using PbxEvents.Journal.Postgres;

namespace PbxEvents.Tests.Postgres;

/// <summary>Numbers that stand in databases, or that listeners of several versions have to agree on.</summary>
public sealed class PartTests
{
    [Theory]
    [InlineData("", 25)]
    [InlineData("cone/a", 46)]
    [InlineData("office/1", 12)]
    [InlineData("Zoë", 44)]
    [InlineData(null, 6)]
    public void An_event_stays_in_its_part(string? orderKey, int part) => Assert.Equal(part, Part.Of(orderKey, 70));

    [Theory]
    [InlineData("office", 40906629)]
    [InlineData("Office", 40906629)]
    [InlineData("Zoë", 700458667)]
    public void A_connection_keeps_its_lock(string name, int number) => Assert.Equal(number, Locks.OfConnection(name));
}
