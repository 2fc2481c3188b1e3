namespace PbxEvents.Build.Tasks;

/// <summary>Compiles, and lays out what people use under out/.</summary>
internal static class CompileTask
{
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await Step.RunAsync("build (Release)", Dotnet("build", "PbxEvents.sln"), cancellationToken);
        await ModuleAsync(cancellationToken);
        await ToolAsync(cancellationToken);
        return 0;
    }

    /// <summary>The module in out/PbxEvents.</summary>
    public static Task ModuleAsync(CancellationToken cancellationToken) =>
        Step.RunAsync("module to out/PbxEvents", Dotnet("build", Path.Combine("src", "PbxEvents.Module"), "-t:AssembleModule"), cancellationToken);

    /// <summary>The command-line tool in out/tool.</summary>
    public static Task ToolAsync(CancellationToken cancellationToken) =>
        Step.RunAsync("tool to out/tool", Dotnet("publish", Path.Combine("src", "PbxEvents.Tool"), "-o", Path.GetDirectoryName(Repo.Tool)!), cancellationToken);

    private static Command Dotnet(string verb, string project, params string[] more) =>
        new(Executables.Dotnet, [verb, project, "-c", "Release", "-v", "q", "-nologo", .. more]);
}
