using System.Management.Automation;
using System.Net;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Listener;
using PbxEvents.Module.Notify;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that read a listener file.</summary>
public abstract class ListenerCmdlet : PbxCmdlet
{
    private protected ListenerCmdlet()
    {
    }

    /// <summary>The listener file: a PowerShell data file (.psd1) with connections, subscriptions, reactions and what else a listener has.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Reads the file. Mistakes are reported, each with its line, and end the cmdlet.</summary>
    private protected ListenerFile ReadFile()
    {
        var path = GetUnresolvedProviderPathFromPSPath(Path);
        if (!File.Exists(path))
            ThrowTerminatingError(ModuleErrors.ListenerFileNotFound(path));
        var file = ListenerFile.Read(path);
        var problems = ListenerCheck.Check(file);
        foreach (var problem in problems)
            WriteError(ModuleErrors.ListenerMistake(path, problem));
        if (problems.Count > 0)
            ThrowTerminatingError(ModuleErrors.BadListenerFile(path, problems.Count));
        return file;
    }

    /// <summary>Does what an item says. An error of it tells the place in the file.</summary>
    private protected void Try(ListenerItem item, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is (RuntimeException or PbxException) and not PipelineStoppedException)
        {
            ThrowTerminatingError(ModuleErrors.ListenerItemFailed(Path, item, e));
        }
    }

    /// <summary>The secret of that name, from the user's vault.</summary>
    private protected object FindSecret(string name, Type type)
    {
        var (user, secret) = SecretVault.Get(this, name);
        var text = new NetworkCredential("", secret.Reveal()).SecurePassword;
        if (type != typeof(PSCredential))
            return text;
        return user is not null ? new PSCredential(user, text) : throw new PbxException(
            PbxErrorKind.InvalidOption, SR.SecretWithoutUser.With(name), SR.SecretWithoutUserAdvice) { Target = name, IsPermanent = true };
    }
}
