using System.Globalization;

namespace PbxEvents.Module.Service;

/// <summary>Services as systemd units.</summary>
/// <param name="folder">Where the units lie instead of where systemd looks: then nothing is started. Null for there.</param>
internal sealed class SystemdServices(string? folder) : ServiceKeeper
{
    private const string LiveFolder = "/etc/systemd/system";
    private const string Ending = ".service";

    private static readonly UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private string Folder => folder ?? LiveFolder;

    private bool IsLive => folder is null;

    public override string Kind => "systemd unit";

    public override string PathOf(string name) => Path.Combine(Folder, name + Ending);

    public override string Define(ServicePlan plan) => SystemdUnit.Write(plan, IsLive ? Version() : null);

    public override void Install(ServicePlan plan, string definition)
    {
        var path = PathOf(plan.Name);
        if (File.Exists(path) && SystemdUnit.Read(File.ReadAllText(path)) is null)
            throw ServiceFaults.NotOurs(path);
        CheckUser(plan);
        Writing(path, () =>
        {
            File.WriteAllText(path, definition);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, Readable);
        });
        if (!IsLive)
            return;
        SystemProgram.Run("systemctl", "daemon-reload");
        SystemProgram.Run("systemctl", "enable", plan.Name + Ending);

        // One that runs already is to run what was installed now. Whether it connects, Get-PbxService tells.
        SystemProgram.Run("systemctl", "restart", "--no-block", plan.Name + Ending);
    }

    public override IReadOnlyList<PbxService> GetAll() => !Directory.Exists(Folder) ? [] :
        [.. Directory.EnumerateFiles(Folder, "*" + Ending).Order(StringComparer.Ordinal).Select(Look).OfType<PbxService>()];

    public override void Remove(PbxService service)
    {
        if (IsLive)
            SystemProgram.Run("systemctl", "disable", "--now", service.Name + Ending);
        Writing(service.Path, () => File.Delete(service.Path));
        if (IsLive)
            SystemProgram.Run("systemctl", "daemon-reload");
    }

    private PbxService? Look(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Units of others may be links to nowhere, or not for everybody.
            return null;
        }
        if (SystemdUnit.Read(text) is not var (filePath, user))
            return null;
        var service = new PbxService { Name = Path.GetFileNameWithoutExtension(path), FilePath = filePath, User = user, Path = path, Definition = text };
        return IsLive ? WithState(service) : service;
    }

    private static PbxService WithState(PbxService service)
    {
        var shown = SystemProgram.Run("systemctl", "show", service.Name + Ending, "--property=ActiveState,StatusText,ExecMainStatus,ExecMainExitTimestampMonotonic,NRestarts")
            .Split('\n').Select(l => l.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
        return service with
        {
            State = shown.GetValueOrDefault("ActiveState") switch
            {
                "active" => PbxServiceState.Running,
                "activating" or "reloading" => PbxServiceState.Starting,
                "failed" => PbxServiceState.Failed,
                _ => PbxServiceState.Stopped,
            },
            Status = shown.GetValueOrDefault("StatusText") is { Length: > 0 } status ? status : null,
            ExitCode = shown.GetValueOrDefault("ExecMainExitTimestampMonotonic") is null or "0" ? null : NumberOf("ExecMainStatus"),
            Restarts = NumberOf("NRestarts"),
        };

        int? NumberOf(string name) => int.TryParse(shown.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Who cannot reach a file of his unit would be started for nothing, again and again.</summary>
    private void CheckUser(ServicePlan plan)
    {
        if (!SystemProgram.Succeeds("id", plan.User))
        {
            if (IsLive)
                throw ServiceFaults.NoUser(plan.User);
            return;
        }
        if (!Environment.IsPrivilegedProcess)
            return;
        foreach (var file in plan.Files)
            if (!SystemProgram.Succeeds("runuser", "-u", plan.User, "--", "test", file == plan.Program[0] ? "-x" : "-r", file))
                throw ServiceFaults.NotForUser(plan.User, file);
    }

    /// <summary>The first line is <c>systemd 252 (252.38-1)</c>.</summary>
    private static int? Version()
    {
        try
        {
            return SystemProgram.Run("systemctl", "--version").Split(' ') is [_, var number, ..] && int.TryParse(number, CultureInfo.InvariantCulture, out var version) ? version : null;
        }
        catch (PbxException)
        {
            return null;
        }
    }
}
