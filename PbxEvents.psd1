@{
    RootModule           = 'PbxEvents.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '7b3c2c1e-52f5-4a6d-9a2e-3f0e6d1c84b7'
    Author               = 'PbxEvents contributors'
    CompanyName          = 'PbxEvents contributors'
    Copyright            = 'Copyright (c) PbxEvents contributors. MIT licence.'
    Description          = 'Telephony events in PowerShell, on OneCloud, TelecomX, RingCentral, PortSIP and Yeastar: script what happens next.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('PbxEvents.Format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Clear-PbxEvent'
        'Close-PbxJournal'
        'Connect-PbxEvents'
        'ConvertTo-PbxRecord'
        'Disconnect-PbxEvents'
        'Get-PbxAgent'
        'Get-PbxCall'
        'Get-PbxCallRecord'
        'Get-PbxConnection'
        'Get-PbxDeadLetter'
        'Get-PbxEvent'
        'Get-PbxEventType'
        'Get-PbxExample'
        'Get-PbxJournal'
        'Get-PbxPresence'
        'Get-PbxQueue'
        'Get-PbxReaction'
        'Get-PbxRegistration'
        'Get-PbxService'
        'Get-PbxSubscription'
        'Install-PbxService'
        'Invoke-PbxSimulation'
        'Invoke-PbxStep'
        'Open-PbxJournal'
        'Register-PbxReaction'
        'Register-PbxSubscription'
        'Remove-PbxDeadLetter'
        'Remove-PbxReaction'
        'Restart-PbxAction'
        'Restart-PbxDeadLetter'
        'Restart-PbxReaction'
        'Resume-PbxAction'
        'Resume-PbxReaction'
        'Select-PbxConnection'
        'Send-PbxReply'
        'Send-PbxRequest'
        'Start-PbxSimulator'
        'Stop-PbxSimulator'
        'Suspend-PbxAction'
        'Suspend-PbxReaction'
        'Test-PbxReaction'
        'Uninstall-PbxService'
        'Unregister-PbxReaction'
        'Unregister-PbxSubscription'
        'Wait-PbxCall'
        'Wait-PbxEvent'
        'Wait-PbxReaction'
        'Watch-PbxCall'
        'Watch-PbxQueue'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('PBX', 'UCaaS', 'Telephony', 'VoIP', 'Events', 'CTI', 'RealTime', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/licenses/MIT'
            ReleaseNotes = 'The first release: OneCloud, TelecomX, RingCentral, PortSIP and Yeastar P-Series.'
        }
    }
}
