namespace PbxEvents.Tests.Unit.Cases;

/// <summary>Inputs from the field, each of a kind that came out wrong once.</summary>
public sealed class CallCaseTests
{
    public static TheoryData<string> Names => [.. CallCase.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_call_is_told_right(string name) => Assert.Empty(await CallCase.PlayAsync(name));
}
