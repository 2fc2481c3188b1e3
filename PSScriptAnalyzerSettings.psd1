@{
    Severity = @('Error', 'Warning', 'Information')
    Rules    = @{
        PSAvoidLongLines                          = @{ Enable = $true; MaximumLineLength = 140 }
        PSAvoidUsingDoubleQuotesForConstantString = @{ Enable = $true }
        PSPlaceCloseBrace                         = @{ Enable = $true; NewLineAfter = $true; IgnoreOneLineBlock = $true }
        PSPlaceOpenBrace                          = @{ Enable = $true; IgnoreOneLineBlock = $true }
        PSUseCompatibleSyntax                     = @{ Enable = $true; TargetVersions = @('7.0') }
        PSUseConsistentIndentation                = @{ Enable = $true; IndentationSize = 4 }
        PSUseConsistentWhitespace                 = @{ Enable = $true; IgnoreAssignmentOperatorInsideHashTable = $true }
        PSUseCorrectCasing                        = @{ Enable = $true }
    }
}
