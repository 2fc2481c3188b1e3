# What PbxEvents adds to types, as a module inside it: PowerShell carries out a manifest's types before it runs a line of the module's own.
@{
    ModuleVersion     = '0.1.0'
    TypesToProcess    = @('PbxEvents.Types.ps1xml')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
