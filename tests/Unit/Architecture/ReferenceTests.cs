namespace PbxEvents.Tests.Unit.Architecture;

/// <summary>References run one way (architecture.md section 1), and only the module knows PowerShell.</summary>
public sealed class ReferenceTests
{
    private const string Model = "PbxEvents";
    private const string Providers = "PbxEvents.Providers";
    private const string Simulator = "PbxEvents.Simulator";
    private const string Module = "PbxEvents.Module";
    private const string Tool = "PbxEvents.Tool";
    private const string Journal = "PbxEvents.Journal";
    private const string Sqlite = "PbxEvents.Journal.Sqlite";
    private const string Postgres = "PbxEvents.Journal.Postgres";
    private const string Notify = "PbxEvents.Notify";
    private const string Mail = "PbxEvents.Notify.Mail";
    private const string Desk = "PbxEvents.Desk";

    [Theory(DisplayName = "references nothing of the project but the layers below it")]
    [InlineData(Model)]
    [InlineData(Providers, Model)]
    [InlineData(Simulator, Model)]
    [InlineData(Journal, Model, Providers)]
    [InlineData(Sqlite, Model, Journal)]
    [InlineData(Postgres, Model, Providers, Journal)]
    [InlineData(Notify, Model, Providers)]
    [InlineData(Mail, Model, Providers, Notify)]
    [InlineData(Module, Model, Providers, Simulator, Journal, Notify)]
    [InlineData(Desk, Model)]
    [InlineData(Tool, Model, Providers, Simulator)]
    public void ReferencesOnlyTheLayersBelow(string assembly, params string[] allowed) =>
        Assert.Empty(BuiltAssembly.Read(assembly).Own.Except(allowed));

    [Theory(DisplayName = "rests on the layer below it, so that the test above looks at the real thing")]
    [InlineData(Providers, Model)]
    [InlineData(Journal, Providers)]
    [InlineData(Sqlite, Journal)]
    [InlineData(Postgres, Journal)]
    [InlineData(Notify, Providers)]
    [InlineData(Mail, Notify)]
    [InlineData(Desk, Model)]
    [InlineData(Module, Providers)]
    [InlineData(Tool, Providers)]
    public void RestsOnTheLayerBelow(string assembly, string below) =>
        Assert.Contains(below, BuiltAssembly.Read(assembly).Own);

    [Theory(DisplayName = "references nothing but .NET's own library")]
    [InlineData(Model)]
    [InlineData(Providers)]
    [InlineData(Simulator)]
    [InlineData(Tool)]
    [InlineData(Journal)]
    [InlineData(Notify)]
    public void ReferencesNothingForeign(string assembly) =>
        Assert.Empty(BuiltAssembly.Read(assembly).Foreign);

    [Fact(DisplayName = "the SQLite store references its packages, and nobody references it but by its name")]
    public void OnlyTheStoreReferencesItsPackages() =>
        Assert.Equal(["SQLitePCLRaw.core", "SQLitePCLRaw.provider.e_sqlite3"], BuiltAssembly.Read(Sqlite).Foreign.Order());

    [Fact(DisplayName = "the PostgreSQL store references its package, and nobody references it but by its name")]
    public void OnlyTheServersStoreReferencesItsPackage() =>
        Assert.Equal(["Npgsql"], BuiltAssembly.Read(Postgres).Foreign.Order());

    [Fact(DisplayName = "what sends mail references its packages, and nobody references it but by its name")]
    public void OnlyMailReferencesItsPackages() =>
        Assert.Equal(["MailKit", "MimeKit"], BuiltAssembly.Read(Mail).Foreign.Order());

    [Fact(DisplayName = "the desk references its packages, and nobody references it but by its name")]
    public void OnlyTheDeskReferencesItsPackages() =>
        Assert.Equal(["Ical.Net", "PhoneNumbers"], BuiltAssembly.Read(Desk).Foreign.Order());

    [Fact(DisplayName = "the module references PowerShell, with what comes with it, and nothing else that would have to ship with it")]
    public void ModuleReferencesOnlyPowerShell() =>
        Assert.Empty(BuiltAssembly.Read(Module).Foreign.Except(["System.Management.Automation", "System.Diagnostics.EventLog"]));
}
