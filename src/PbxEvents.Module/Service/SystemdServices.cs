using System.Globalization;

namespace PbxEvents.Module.Service;

/// <summary>Services as systemd units.</summary>
/// <param name="folder">Where the units lie.</param>
/// <param name="control">Runs systemctl and gives what it wrote; null where the units lie for another machine and nothing is started.</param>
internal sealed class SystemdServices(string folder, Func<string[], string>? control) : ServiceKeeper
{
    private const string Ending = ".service";

    private static readonly UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public override string Kind => "systemd unit";

    /// <summary>Those of this machine, or those in a folder.</summary>
    public static SystemdServices In(string? folder) => folder is null
        ? new SystemdServices("/etc/systemd/system", words => SystemProgram.Run("systemctl", words))
        : new SystemdServices(folder, null);

    public override string PathOf(string name) => Path.Combine(folder, name + Ending);

    public override string Define(ServicePlan plan) => SystemdUnit.Write(plan, Version());

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
        if (control is null)
            return;
        control(["daemon-reload"]);
        control(["enable", plan.Name + Ending]);

        // One that runs already is to run what was installed now. Whether it connects, Get-PbxService tells.
        control(["restart", "--no-block", plan.Name + Ending]);
    }

    public override IReadOnlyList<PbxService> GetAll() => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFiles(folder, "*" + Ending).Order(StringComparer.Ordinal).Select(Look).OfType<PbxService>()];

    public override void Remove(PbxService service)
    {
        control?.Invoke(["disable", "--now", service.Name + Ending]);
        Writing(service.Path, () => File.Delete(service.Path));
        control?.Invoke(["daemon-reload"]);
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
        return control is null ? service : WithState(service, control);
    }

    private static PbxService WithState(PbxService service, Func<string[], string> control)
    {
        var shown = control(["show", service.Name + Ending, "--property=ActiveState,StatusText,ExecMainStatus,ExecMainExitTimestampMonotonic,NRestarts"])
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
            if (control is not null)
                throw ServiceFaults.NoUser(plan.User);
            return;
        }
        if (!Environment.IsPrivilegedProcess)
            return;
        foreach (var file in plan.Files)
        {
            if (!SystemProgram.Succeeds("runuser", "-u", plan.User, "--", "test", file == plan.Program[0] ? "-x" : "-r", file))
                throw ServiceFaults.NotForUser(plan.User, file);
        }
    }

    /// <summary>That of this machine; null when it has none. The first line is <c>systemd 252 (252.38-1)</c>.</summary>
    private int? Version()
    {
        try
        {
            return control?.Invoke(["--version"]).Split(' ') is [_, var number, ..] && int.TryParse(number, CultureInfo.InvariantCulture, out var version) ? version : null;
        }
        catch (PbxException)
        {
            return null;
        }
    }
}
