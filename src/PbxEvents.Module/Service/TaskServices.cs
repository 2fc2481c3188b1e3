using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;

namespace PbxEvents.Module.Service;

/// <summary>Services as scheduled tasks of Windows, by the cmdlets of its module ScheduledTasks.</summary>
/// <param name="folder">A folder to which the definitions are written as files: then nothing is registered. Null for the scheduler's own.</param>
/// <param name="invoke">Runs a script with arguments in the session.</param>
internal sealed class TaskServices(string? folder, Func<string, object?[], Collection<PSObject>> invoke) : ServiceKeeper
{
    /// <summary>The source of the lines in the event log.</summary>
    public const string EventSource = "PbxEvents";

    private const string TaskFolder = @"\PbxEvents\";

    public override string Kind => "scheduled task";

    public override string PathOf(string name) => folder is null ? TaskFolder + name : Path.Combine(folder, name + ".xml");

    public override string Define(ServicePlan plan) => TaskDefinition.Write(plan);

    public override void Install(ServicePlan plan, string definition)
    {
        if (folder is not null)
        {
            Writing(PathOf(plan.Name), () => File.WriteAllText(PathOf(plan.Name), definition));
            return;
        }

        // An account whose password the domain keeps is named apart; the source of the event log's lines is made once, by an administrator.
        Run("""
            param($Name, $Folder, $Xml, $User, $Source)
            if (-not [System.Diagnostics.EventLog]::SourceExists($Source)) { [System.Diagnostics.EventLog]::CreateEventSource($Source, 'Application') }
            $account = $User.EndsWith('$') ? @{ User = $User } : @{}
            $null = Register-ScheduledTask -TaskName $Name -TaskPath $Folder -Xml $Xml -Force -ErrorAction Stop @account
            Stop-ScheduledTask -TaskName $Name -TaskPath $Folder -ErrorAction Ignore
            Start-ScheduledTask -TaskName $Name -TaskPath $Folder -ErrorAction Stop
            """, plan.Name, TaskFolder, definition, plan.User, EventSource);
    }

    public override IReadOnlyList<PbxService> GetAll()
    {
        if (folder is not null)
            return !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder, "*.xml").Order(StringComparer.Ordinal).Select(f => Make(Path.GetFileNameWithoutExtension(f), File.ReadAllText(f))).OfType<PbxService>()];
        var tasks = Run("""
            param($Folder)
            foreach ($task in Get-ScheduledTask -TaskPath $Folder -ErrorAction Ignore) {
                $about = $task | Get-ScheduledTaskInfo
                [pscustomobject]@{ Name = $task.TaskName; State = "$($task.State)"; Code = $about.LastTaskResult; Xml = $task | Export-ScheduledTask }
            }
            """, TaskFolder);
        return [.. tasks.Select(t => Make($"{t.Properties["Name"].Value}", $"{t.Properties["Xml"].Value}") is { } service ? service with
        {
            State = $"{t.Properties["State"].Value}" is "Running" ? PbxServiceState.Running : PbxServiceState.Stopped,
            ExitCode = int.TryParse($"{t.Properties["Code"].Value}", CultureInfo.InvariantCulture, out var code) ? code : null,
        } : null).OfType<PbxService>()];
    }

    public override void Remove(PbxService service)
    {
        if (folder is not null)
        {
            Writing(service.Path, () => File.Delete(service.Path));
            return;
        }
        Run("""
            param($Name, $Folder)
            Stop-ScheduledTask -TaskName $Name -TaskPath $Folder -ErrorAction Ignore
            Unregister-ScheduledTask -TaskName $Name -TaskPath $Folder -Confirm:$false -ErrorAction Stop
            """, service.Name, TaskFolder);
    }

    private PbxService? Make(string name, string definition) => TaskDefinition.Read(definition) is var (filePath, user)
        ? new PbxService { Name = name, FilePath = filePath, User = user, Path = PathOf(name), Definition = definition }
        : null;

    private Collection<PSObject> Run(string script, params object?[] arguments)
    {
        try
        {
            return invoke(script, arguments);
        }
        catch (RuntimeException e)
        {
            throw ServiceFaults.ProgramFailed("The task scheduler", e.Message);
        }
    }
}
