"""What residents call services, beside the names of the catalogue."""

NICKNAMES = {
    "低收入": "service/low_income_recognition",
    "养老保险": "service/pension_enrollment",
    "养老金": "service/pension_claim",
    "医保": "service/resident_medical_insurance",
    "优待证": "service/veteran_services",
    "医保卡": "service/social_security_card",
    "户口": "service/household_registration",
    "慢病": "service/chronic_disease_outpatient",
    "残疾人补贴": "service/disability_subsidies",
    "殡葬": "service/funeral_benefit",
    "失业登记": "service/employment_service",
}
"""Short names that are clear beside another service, though not by themselves."""
