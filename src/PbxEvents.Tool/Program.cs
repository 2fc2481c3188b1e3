using System.Runtime.InteropServices;
using PbxEvents;
using PbxEvents.Tool.CommandLine;
using PbxEvents.Tool.Commands;

OptionWords.Word = name => name switch
{
    "Credential" => "--user",
    "ClientCredential" => "--client-id",
    "Customer" => "--domain",
    "Category" => "--type",
    "CertificateThumbprint" => "--thumbprint",
    "AccessToken" => SecretInput.TokenVariable,
    _ => $"--{name.ToLowerInvariant()}",
};
Command[] commands = [DemoCommand.Definition, SimulateCommand.Definition, ListenCommand.Definition];

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    return await Command.RunAsync(commands, args, stop.Token);
}
catch (UsageException e)
{
    Console.Error.WriteLine($"pbxevents: {e.Message}");
    Console.Error.WriteLine($"'pbxevents {e.HelpFor}--help' tells more.");
    return 2;
}
catch (PbxException e)
{
    Console.Error.WriteLine($"pbxevents: {e.Message}");
    Console.Error.WriteLine(e.Advice);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

// The first Ctrl+C closes connections in order; a second one, should that take long, ends the process.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
