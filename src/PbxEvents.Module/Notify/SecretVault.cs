using System.Management.Automation;
using System.Security;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Notify;

/// <summary>Asks for a secret by its name, at whatever vault the user has: by the command Get-Secret of Microsoft.PowerShell.SecretManagement.</summary>
internal static class SecretVault
{
    private const string Command = "Get-Secret";

    /// <summary>The secret.</summary>
    /// <param name="cmdlet">Who asks; the vault's own questions and errors come up there.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The user that it has along, null for none, and the secret.</returns>
    /// <exception cref="RuntimeException">There is no vault, it does not give it, or it is something else than a secret.</exception>
    public static (string? UserName, Secret Secret) Get(PSCmdlet cmdlet, string name)
    {
        var command = cmdlet.InvokeCommand.GetCommand(Command, CommandTypes.Cmdlet | CommandTypes.Function) ?? throw Fault(ModuleErrors.NoVault(name));
        object? found;
        try
        {
            var block = ScriptBlock.Create("param($command, $name) & $command -Name $name -ErrorAction Stop");
            found = cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, block, null, [command, name]).FirstOrDefault()?.BaseObject;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw Fault(ModuleErrors.SecretFailed(name, e.Message));
        }
        return found switch
        {
            SecureString secret => (null, new Secret(secret)),
            PSCredential credential => (credential.UserName, new Secret(credential.Password)),
            null => throw Fault(ModuleErrors.SecretUnsuitable(name, "empty")),
            _ => throw Fault(ModuleErrors.SecretUnsuitable(name, $"a {found.GetType().Name}")),
        };
    }

    /// <summary>An error record that can be thrown from anywhere.</summary>
    private static RuntimeException Fault(ErrorRecord error) => new(error.ErrorDetails.Message, error.Exception, error);
}
